export type { VaultNode } from "./nodes.js";
export { startOperator, type Operator, type OperatorOptions } from "./operator.js";
