// @ts-check
import { Application, ReflectionKind } from "typedoc";

/** What fails for no input of its types: it calculates, or only remembers what it is given. */
const cannotFail = new Set([
  "KubeVaultMocks",
  "assumableRoleTrustPolicy",
  "checkStoragePolicy",
  "derivedRootPolicy",
  "documentedRootPolicy",
  "engineRules",
  "escalationPaths",
  "escalations",
  "evaluate",
  "evaluateTrust",
  "formatFinding",
  "newResource",
  "policySize",
  "policyText",
  "requirements",
  "roleSettingsRules",
  "settled",
  "trustPolicy",
  "useProviderPlugin",
  "withoutBoundary",
  "withoutTags",
]);

const signatures = ReflectionKind.CallSignature | ReflectionKind.ConstructorSignature;
const callables = ReflectionKind.Function | ReflectionKind.Method | ReflectionKind.Constructor;

/**
 * A TypeDoc plugin: functions and constructors have to say with which errors they end, as `@throws`, unless they are listed here.
 *
 * @param {Application} app
 */
export function load(app) {
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => {
    const unused = new Set(cannotFail);
    for (const signature of project.getReflectionsByKind(signatures)) {
      const { parent } = signature;
      const isSignature = signature.isSignature() && parent?.kindOf(callables) === true;
      if (!isSignature || (parent.isDeclaration() && parent.inheritedFrom !== undefined)) {
        continue;
      }
      const says = signature.comment?.blockTags.some(({ tag }) => tag === "@throws") ?? false;
      const listed = cannotFail.has(signature.name);
      unused.delete(signature.name);
      if (says === listed) {
        app.logger.error(
          says
            ? `${signature.getFullName()} has @throws, and is listed as what cannot fail`
            : `${signature.getFullName()} does not say with which errors it ends: give it a @throws`,
        );
      }
    }
    for (const name of unused) {
      app.logger.error(`scripts/typedocErrors.mjs lists ${name}, which is not exported`);
    }
  });
}
