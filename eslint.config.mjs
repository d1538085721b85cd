// The rules of the code, among them the law of imports: which room may know which other.
import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

/** Each room and the rooms that it may import, besides itself (CONTRIBUTING.md explains them). */
const ROOMS = {
  models: [],
  storage: [],
  sdk: [],
  transforms: ["models", "storage", "sdk"],
  runners: ["sdk"],
  pipelines: ["transforms", "runners", "models", "storage", "sdk"],
};

/** Rooms that must not know Beam. */
const WITHOUT_BEAM = ["models", "storage"];

const importLaw = Object.entries(ROOMS).map(([room, allowed]) => {
  const others = [...Object.keys(ROOMS), "test"].filter(
    (other) => other !== room && !allowed.includes(other),
  );
  const patterns = [
    {
      regex: `^(\\.\\./)+(${others.join("|")})(/|$)`,
      message: `${room}/ may import ${allowed.length > 0 ? allowed.join(", ") : "no other room"}.`,
    },
  ];
  if (WITHOUT_BEAM.includes(room)) {
    patterns.push({ regex: "^apache-beam(/|$)", message: `${room}/ knows nothing of Beam.` });
  }
  return { files: [`${room}/**/*.ts`], rules: { "no-restricted-imports": ["error", { patterns }] } };
});

export default tseslint.config(
  // AssemblyScript has its own compiler, which knows its types.
  { ignores: ["dist/", "node_modules/", "coverage/", "**/assembly/*.ts"] },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // Modules that are loaded when they are needed: `require` keeps their types and works in tests.
      "@typescript-eslint/no-require-imports": "off",
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      // Types that Beam's PValue accepts must be aliases: interfaces have no index signature.
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/no-empty-function": "off",
      // The SDK's and the template methods' asynchronous methods need not await.
      "@typescript-eslint/require-await": "off",
      "no-console": "error",
    },
  },
  ...importLaw,
  {
    files: ["**/*.mjs", "**/*.cjs"],
    languageOptions: {
      globals: { process: "readonly", console: "readonly", Buffer: "readonly", performance: "readonly" },
    },
  },
);
