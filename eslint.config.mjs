import js from "@eslint/js";
import jsdoc from "eslint-plugin-jsdoc";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    files: ["assets/**/*.mjs"],
    languageOptions: { globals: globals.browser },
    plugins: { jsdoc },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-implicit-globals": "error",
      "no-shadow": "error",
      "max-lines": ["error", { max: 250, skipComments: true, skipBlankLines: true }],
      "no-self-compare": "off", // x === x is the fast test for NaN
      "no-restricted-properties": ["error", { object: "window", property: "galacticNeon", message: "Import the module." }],
      "no-restricted-syntax": [
        "error",
        { selector: "CallExpression[callee.object.name='Object'][callee.property.name='assign'] > ThisExpression", message: "Declare the field." },
      ],
      "jsdoc/require-jsdoc": ["error", { publicOnly: true, require: { FunctionDeclaration: true, ClassDeclaration: true } }],
      "jsdoc/check-param-names": "error",
      "jsdoc/check-tag-names": ["error", { typed: false, definedTags: ["import"] }],
    },
  },
  { files: ["tests/assets/**/*.mjs", "eslint.config.mjs"], languageOptions: { globals: globals.node } },
];
