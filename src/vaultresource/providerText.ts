/**
 * The program text of a resource, as the state keeps it: a few lines that find this package from the Pulumi project's folder and hand over
 * to its frozen entry. Code itself never lands in a state, so that a new release of the package changes no resource.
 *
 * The text must never change: a test holds its hash.
 */
export function providerText(kind: string): string {
  return `exports.handler = () => {
  const { dirname, join } = require("path");
  const paths = [];
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    paths.push(folder, join(folder, "node_modules", ".pnpm"));
    if (folder === dirname(folder)) break;
  }
  let entry;
  try {
    entry = require.resolve("pulumi-kubevault-aws/dynamic/v1", { paths });
  } catch {
    throw Object.assign(new Error("cannot find the package pulumi-kubevault-aws from " + process.cwd() + ": add it to this Pulumi project's dependencies and install them"), { stack: "" });
  }
  return require(entry).provider(${JSON.stringify(kind)});
};
`;
}
