// @ts-check
import { Application, ReflectionKind } from "typedoc";

/**
 * A TypeDoc plugin: an optional argument that is a flag, a number, a choice or a length of time has to say what leaving it out means, as
 * `@default` or in its summary.
 *
 * @param {Application} app
 */
export function load(app) {
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => {
    for (const property of project.getReflectionsByKind(ReflectionKind.Property)) {
      const isArgument =
        property.isDeclaration() && property.flags.isOptional && property.parent?.kindOf(ReflectionKind.Interface);
      if (!isArgument || !isScalar(property.type)) {
        continue;
      }
      const { blockTags = [], summary = [] } = property.comment ?? {};
      const text = summary.map((part) => part.text).join("");
      if (!blockTags.some(({ tag }) => tag === "@default") && !/default|left out/i.test(text)) {
        app.logger.error(`${property.getFullName()} does not say what leaving it out means: give it a @default`);
      }
    }
  });
}

/**
 * @param {import("typedoc").SomeType | undefined} type
 * @returns {boolean}
 */
function isScalar(type) {
  if (type?.type === "union") {
    return type.types.filter((member) => !isUndefined(member)).every(isScalar);
  }
  if (type?.type === "reference") {
    return type.name === "Duration" || (type.name === "Input" && isScalar(type.typeArguments?.[0]));
  }
  return type?.type === "literal" || (type?.type === "intrinsic" && ["boolean", "number"].includes(type.name));
}

/** @param {import("typedoc").SomeType} type */
function isUndefined(type) {
  return type.type === "intrinsic" && type.name === "undefined";
}
