/**
 * Unit tests of programs and components that use this package: mocks of the engine, and checks of what was registered. Works with every test runner.
 *
 * @packageDocumentation
 */
export { KubeVaultMocks, type KubeVaultMocksOptions, type RegisteredResource } from "./kubeVaultMocks.js";
export { escalations, withoutBoundary, withoutTags } from "./checks.js";
