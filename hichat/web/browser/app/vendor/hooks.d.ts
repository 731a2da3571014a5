// For the type checker alone: see tests/browser.
export * from "preact/hooks";
