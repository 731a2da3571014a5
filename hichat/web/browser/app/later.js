// What is loaded when it is first wanted: files of their own, built beside the client's script.

export async function loadAdmin() {
  const [admin] = await Promise.all([import("./admin.js"), styled("admin.css")]);
  return admin;
}

export async function loadSecurity() {
  const [security] = await Promise.all([import("./security.js"), styled("security.css")]);
  return security;
}

export const loadPicker = () => import("./picker.js");
export const loadRare = () => import("./rare.js");
export const loadViewer = () => import("./viewer.js");

// A style sheet of their own.
function styled(/** @type {string} */ name) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    Object.assign(link, { rel: "stylesheet", href: new URL(name, import.meta.url).href, onload: resolve });
    link.onerror = () => {
      link.remove();
      reject(new Error(`${name} did not come`));
    };
    document.head.append(link);
  });
}
