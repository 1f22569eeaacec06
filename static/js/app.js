// Entry of every page: loads the behavior that the whole product shares.
import "./htmx-setup.js";
import "./offline.js";
import "./lock.js";
import "./dialog.js";
import "./form.js";
import "./draft.js";
import "./combobox.js";
import "./wedge.js";
import "./keyboard.js";
import "./finder.js";
import "./poll.js";
import "./since.js";
import "./theme.js";
import "./frame.js";
import "./toast.js";
