export { type AwsControl, type AwsFault, type JsonWebKeySet, type LoggedRequest } from "./control.js";
export { startAws, type Aws, type AwsAdmin, type AwsOptions } from "./server.js";
