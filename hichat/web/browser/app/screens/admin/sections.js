// The sections of the administration, in their order: one line makes the entry in the list and the place #/admin/NAME.
// A page is given the model, and as "more" what stands behind the name: #/admin/NAME/MORE.
import { Announcements } from "./Announcements.js";
import { Audit } from "./Audit.js";
import { Keeping } from "./Keeping.js";
import { Online } from "./Online.js";
import { AllGroups } from "./Groups.js";
import { People } from "./People.js";
import { Registration } from "./Registration.js";
import { Reports } from "./Reports.js";
import { ServerSettings } from "./ServerSettings.js";
import { Storage, Workers } from "./Server.js";

/** @type {{ name: string, title: string, icon: string, least: string, Page: (props: any) => any }[]} */
export const SECTIONS = [
  // title: a key of words/admin; least: the least role that sees it
  { name: "people", title: "adminPeople", icon: "person", least: "moderator", Page: People },
  { name: "groups", title: "groups", icon: "groups", least: "moderator", Page: AllGroups },
  { name: "reports", title: "adminReports", icon: "flag", least: "moderator", Page: Reports },
  { name: "announcements", title: "announcements", icon: "megaphone", least: "administrator", Page: Announcements },
  { name: "registration", title: "adminRegistration", icon: "invite", least: "administrator", Page: Registration },
  { name: "keeping", title: "keeping", icon: "clock", least: "administrator", Page: Keeping },
  { name: "online", title: "adminOnline", icon: "eye", least: "administrator", Page: Online },
  { name: "workers", title: "adminWorkers", icon: "device", least: "administrator", Page: Workers },
  { name: "storage", title: "adminStorage", icon: "archive", least: "administrator", Page: Storage },
  { name: "audit", title: "adminAudit", icon: "list", least: "administrator", Page: Audit },
  { name: "settings", title: "adminSettings", icon: "settings", least: "administrator", Page: ServerSettings },
];
