// For the type checker alone: see tests/browser. What stands in a template is only text to it.
declare const htm: { bind(h: unknown): (strings: TemplateStringsArray, ...values: unknown[]) => any };
export default htm;
