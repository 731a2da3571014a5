// What is loaded when it is first wanted: files of its own, built beside the client's script.

export const loadPicker = () => import("./picker.js");
export const loadViewer = () => import("./viewer.js");
