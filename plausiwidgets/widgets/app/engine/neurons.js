// The neurons that this page can simulate, by name. Whoever starts the app puts them here: each is made from a program
// by plausiwidgets/simulation/javascript, and none is ever read from data.

import {
  absolute,
  columnsOf,
  copySign,
  floorDivide,
  injected,
  lowestRest,
  power,
  remainder,
  roundHalfEven,
  sigmoid,
  singleOf,
  spanOf,
  truncated,
  valuesOf,
} from "../../../simulation/javascript/runtime.js";

/** @type {Record<string, any>} */
export const NEURONS = {};

/** What they call. */
export const RUNTIME = {
  absolute,
  columnsOf,
  copySign,
  floorDivide,
  injected,
  lowestRest,
  power,
  remainder,
  roundHalfEven,
  sigmoid,
  singleOf,
  spanOf,
  truncated,
  valuesOf,
};
