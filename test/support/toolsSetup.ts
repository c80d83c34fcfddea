import { installTools } from "../../sandbox/tools/installAll.js";

/** Before integration and e2e tests: what has to be built on a new machine takes longer than any test may. */
export default async function setup(): Promise<void> {
  await installTools({ log: console.log });
}
