// 中文，管理页面。
export const zh = {
  adminFindPeople: "查找用户",
  adminPeople: "用户",
  notForYou: "你的角色无权查看此处。",
};
