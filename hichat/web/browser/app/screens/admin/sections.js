// The sections of the administration, in their order: one line makes the entry in the list and the place #/admin/NAME.
// A page is given the model, and as "more" what stands behind the name: #/admin/NAME/MORE.
import { People } from "./People.js";
import { Reports } from "./Reports.js";

/** @type {{ name: string, title: string, icon: string, least: string, Page: (props: any) => any }[]} */
export const SECTIONS = [
  // title: a key of words/admin; least: the least role that sees it
  { name: "people", title: "adminPeople", icon: "person", least: "moderator", Page: People },
  { name: "reports", title: "adminReports", icon: "flag", least: "moderator", Page: Reports },
];
