/* The interface to Dash: registration of callbacks, and setting properties of components. */

/**
 * @typedef {string | Record<string, string>} ComponentId
 * @typedef {{prop_id: string, value: any}} Triggered   a property that triggered a callback, and its value
 * @typedef {(...given: any[]) => unknown} Callback     called with the values of its inputs and states
 *
 * @typedef {object} DashClientside   window.dash_clientside
 * @property {(id: ComponentId, props: Record<string, unknown>) => void} set_props
 * @property {unknown} no_update
 * @property {{triggered: Triggered[]}} callback_context
 */

/** @returns {DashClientside & Record<string, unknown>} */
function clientside() {
  const holder = /** @type {{dash_clientside?: any}} */ (/** @type {unknown} */ (window));
  holder.dash_clientside ??= {};
  return holder.dash_clientside;
}

/**
 * Register functions for `ClientsideFunction(namespace, name)`.
 * @param {Record<string, Record<string, Callback>>} namespaces
 */
export function register(namespaces) {
  Object.assign(clientside(), namespaces);
}

/**
 * Set properties of a component.
 * @param {ComponentId} id
 * @param {Record<string, unknown>} props
 */
export function setProps(id, props) {
  clientside().set_props(id, props);
}

/** Return the value for an output that must not change. */
export const noUpdate = () => clientside().no_update;

/** Return the properties that triggered the running callback. */
export const triggered = () => clientside().callback_context.triggered;
