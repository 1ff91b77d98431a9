/* The entry module: it imports all others and registers the clientside callbacks of Dash. */
import * as explorer from "./explorer/callbacks.mjs";
import { fetchPreloads } from "./explorer/panels/columns.mjs";
import { choose, followNames } from "./explorer/galaxy.mjs";
import { watchForPages } from "./explorer/join.mjs";
import * as population from "./explorer/population.mjs";
import * as judge from "./judge.mjs";
import * as predict from "./predict/callbacks.mjs";
import { addCells, show } from "./predict/table.mjs";
import { go } from "./shell/catalogues.mjs";
import { register } from "./shell/dash.mjs";
import { showFailures } from "./shell/failures.mjs";
import { fill } from "./pictures/fragments.mjs";
import * as synthesize from "./synthesize/callbacks.mjs";
import { closeMenus } from "./shell/menus.mjs";
import { scheme } from "./shell/scheme.mjs";

showFailures();
fetchPreloads();
closeMenus();
followNames();
watchForPages();
addCells();
register({
  answer: { fill },
  catalogues: { go },
  explorer,
  galaxy: { choose },
  judge,
  population,
  predict,
  predictTable: { show },
  shell: { scheme },
  synthesize,
});
