import type { ResourceType } from "../resourceType.js";
import { alias } from "./alias.js";
import { key } from "./key.js";

export const kmsTypes: readonly ResourceType[] = [key, alias];
