// English, for the administration. A name in braces is a place that is filled in.
export const en = {
  adminFindPeople: "Find people",
  adminPeople: "People",
  notForYou: "Your role does not let you see this.",
};
