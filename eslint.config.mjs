import pulumi from "@pulumi/eslint-plugin";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/**
 * The layers of `src`, from the public surface down. A folder may import from itself, from folders of a layer below, and from nothing above or
 * beside it.
 */
const layers = [
  ["plugin", "testing"],
  ["platform"],
  ["access"],
  ["storage", "kubernetes"],
  ["iam"],
  ["iam/analysis"],
  ["iam/policies"],
  ["secretsengine", "replacement"],
  ["vaultresource"],
  ["vault"],
  ["aws"],
  ["internal"],
];

const folders = (names) => names.map((name) => `./src/${name}`);

/** What a folder of a layer must not import: every folder above, and its neighbours. */
const zones = layers.slice(1).flatMap((layer, index) =>
  layer.map((folder) => ({
    target: `./src/${folder}`,
    from: folders([
      ...layers
        .slice(0, index + 1)
        .flat()
        // src/iam holds the folders of two lower layers.
        .filter((above) => !folder.startsWith(`${above}/`)),
      ...layer.filter((neighbour) => neighbour !== folder),
    ]),
    message: `src/${folder} is a layer below: imports go down the list in eslint.config.mjs, never up.`,
  })),
);
/** Files right in src/iam are above its two folders. */
const iamZones = ["analysis", "policies"].map((folder) => ({
  target: `./src/iam/${folder}`,
  from: "./src/iam",
  except: folder === "analysis" ? ["./analysis", "./policies"] : ["./policies"],
  message: `src/iam/${folder} is pure and below the components of src/iam.`,
}));

export default tseslint.config(
  { ignores: ["dist/", "**/node_modules/", "docs/api/", "**/*.d.ts"] },
  {
    files: ["**/*.ts", "**/*.mts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    // One program for all files: the service would make one for the tsconfig.json of each example.
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      // Tests and mocks implement interfaces whose methods are asynchronous without waiting themselves.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      eqeqeq: "error",
    },
  },
  {
    files: ["src/**/*.ts"],
    plugins: { "import-x": importX },
    settings: {
      "import-x/resolver-next": [createNodeResolver({ extensions: [".ts"], extensionAlias: { ".js": [".ts"] } })],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
      "import-x/extensions": [".ts"],
    },
    rules: {
      "import-x/no-cycle": ["error", { ignoreExternal: true }],
      "import-x/no-restricted-paths": ["error", { basePath: import.meta.dirname, zones: [...zones, ...iamZones] }],
    },
  },
);
