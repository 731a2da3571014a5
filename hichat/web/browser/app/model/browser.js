// By what somebody will know this browser again among their devices.
export function browserName() {
  const agent = navigator.userAgent;
  const browser = ["Firefox", "Edg", "OPR", "Chrome", "Safari"].find((each) => agent.includes(each)) ?? "Browser";
  const system = ["Android", "iPhone", "iPad", "Windows", "Mac", "Linux"].find((each) => agent.includes(each)) ?? "Web";
  return `${{ Edg: "Edge", OPR: "Opera" }[browser] ?? browser}-${system}`;
}
