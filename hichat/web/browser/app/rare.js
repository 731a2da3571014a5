// What is not there at first: screens and dialogs that somebody opens. They are one file, which comes behind the first and
// uses it: see tests/browser/build.
import "./main.js";
import { en } from "./words/outgoing/en.js";
import { learn } from "./words/words.js";
import { zh } from "./words/outgoing/zh.js";

learn({ en, zh });

export { Appearance } from "./screens/settings/Appearance.js";
export { Archive } from "./screens/conversations/Archive.js";
export { Blocked } from "./screens/settings/Blocked.js";
export { Contacts } from "./screens/contacts/Contacts.js";
export { FindGroups } from "./screens/groups/FindGroups.js";
export { FindPeople } from "./screens/contacts/FindPeople.js";
export { Forgotten } from "./screens/entry/Forgotten.js";
export { Forward } from "./screens/chat/Forward.js";
export { Group } from "./screens/groups/Group.js";
export { Groups } from "./screens/groups/Groups.js";
export { Join } from "./screens/groups/Join.js";
export { Keys } from "./screens/finding/Keys.js";
export { Linked } from "./screens/chat/Linked.js";
export { Mentions } from "./screens/conversations/Mentions.js";
export { NewChat } from "./screens/conversations/NewChat.js";
export { NewDevices } from "./screens/home/NewDevices.js";
export { NewPassword } from "./screens/entry/NewPassword.js";
export { NewGroup } from "./screens/groups/NewGroup.js";
export { Notices } from "./screens/settings/Notices.js";
export { PictureField } from "./parts/PictureField.js";
export { Person } from "./screens/contacts/Person.js";
export { Outgoing } from "./screens/hooks/Outgoing.js";
export { Preview } from "./screens/chat/Preview.js";
export { Profile } from "./screens/settings/Profile.js";
export { Readers } from "./screens/chat/Readers.js";
export { Report } from "./screens/reports/Report.js";
export { Saved } from "./screens/saved/Saved.js";
export { Search } from "./screens/search/Search.js";
export { SecondStep } from "./screens/entry/SecondStep.js";
export { Settings } from "./screens/settings/Settings.js";
export { Share } from "./screens/conversations/Share.js";
export { Switcher } from "./screens/finding/Switcher.js";
