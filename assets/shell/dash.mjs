/* The one door to Dash: the functions that its callbacks name, and the components that are told something. */

/**
 * @typedef {string | Record<string, string>} ComponentId
 * @typedef {{prop_id: string, value: any}} Triggered   a property that made Dash call, and its value
 * @typedef {(...given: any[]) => unknown} Callback     Dash passes what the callback's inputs and states hold
 *
 * @typedef {object} DashClientside   what Dash's renderer puts on the window
 * @property {(id: ComponentId, props: Record<string, unknown>) => void} set_props
 * @property {unknown} no_update
 * @property {{triggered: Triggered[]}} callback_context
 */

/** @returns {DashClientside & Record<string, unknown>} */
function door() {
  const holder = /** @type {{dash_clientside?: any}} */ (/** @type {unknown} */ (window));
  holder.dash_clientside ??= {};
  return holder.dash_clientside;
}

/**
 * Let Dash find functions as `ClientsideFunction(namespace, name)`.
 * @param {Record<string, Record<string, Callback>>} namespaces
 */
export function register(namespaces) {
  Object.assign(door(), namespaces);
}

/**
 * Set properties of a component.
 * @param {ComponentId} id
 * @param {Record<string, unknown>} props
 */
export function setProps(id, props) {
  door().set_props(id, props);
}

/** What a callback returns for an output that stays as it is. */
export const noUpdate = () => door().no_update;

/** The properties that made Dash call the running callback. */
export const triggered = () => door().callback_context.triggered;
