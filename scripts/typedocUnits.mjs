// @ts-check
import { Application, ReflectionKind } from "typedoc";

/** Words that say in what a number counts. Lengths of time are of the type Duration, whose own text says so. */
const unit =
  /\b(?:seconds?|minutes?|hours?|days?|bytes?|characters|units|percent\w*|ports?|shares?|priority|how (?:many|often)|number of|number\b|which key)\b/i;

/**
 * A TypeDoc plugin: a number has to say what it counts, in its summary or its default.
 *
 * @param {Application} app
 */
export function load(app) {
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => {
    for (const property of project.getReflectionsByKind(ReflectionKind.Property)) {
      if (!property.isDeclaration() || !isNumber(property.type)) {
        continue;
      }
      const { summary = [] } = property.comment ?? {};
      if (!unit.test(summary.map((part) => part.text).join(""))) {
        app.logger.error(`${property.getFullName()} does not say what it counts: name the unit in its summary`);
      }
    }
  });
}

/**
 * @param {import("typedoc").SomeType | undefined} type
 * @returns {boolean}
 */
function isNumber(type) {
  if (type?.type === "union") {
    return type.types.some(isNumber);
  }
  if (type?.type === "reference") {
    return ["Input", "Output"].includes(type.name) && isNumber(type.typeArguments?.[0]);
  }
  return type?.type === "intrinsic" && type.name === "number";
}
