// Light, dark, or as the system has it.
const KEPT = "hichat.theme";

export const theme = () => localStorage.getItem(KEPT) ?? "auto";

export function applyTheme(chosen = theme()) {
  localStorage.setItem(KEPT, chosen);
  if (chosen === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
