import js from "@eslint/js";
import globals from "globals";

const APP = "hichat/web/browser/app";

// The rules that find mistakes; how it looks is nobody's business here.
const rules = {
  "array-callback-return": "error",
  curly: ["error", "multi-line"],
  eqeqeq: "error",
  "no-constructor-return": "error",
  "no-else-return": "error",
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-new-func": "error",
  "no-self-compare": "error",
  "no-shadow": ["error", { hoist: "all" }],
  "no-template-curly-in-string": "error",
  "no-unmodified-loop-condition": "error",
  "no-unreachable-loop": "error",
  "no-unused-expressions": ["error", { enforceForJSX: true }],
  "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrors: "all" }],
  "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
  "no-useless-assignment": "error",
  "no-var": "error",
  "object-shorthand": "error",
  "prefer-const": "error",
};

export default [
  { ignores: ["**/node_modules/**"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  { ...js.configs.recommended, files: ["**/*.js"] },
  { files: ["**/*.js"], rules },
  { files: [`${APP}/**/*.js`], languageOptions: { globals: globals.browser } },
  // Marks of several scripts stand in one class there, and are meant one by one.
  { files: [`${APP}/model/folding.js`], rules: { "no-misleading-character-class": "off" } },
  { files: ["tests/browser/**/*.js"], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
];
