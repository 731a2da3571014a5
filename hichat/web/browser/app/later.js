// What is loaded when it is first wanted: files of their own, built beside the client's script.

export const loadPicker = () => import("./picker.js");
export const loadRare = () => import("./rare.js");
export const loadViewer = () => import("./viewer.js");
