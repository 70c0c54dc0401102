// The neurons that this page can simulate, by name. Whoever starts the app puts them here: each is made from a program
// by plausiwidgets/simulation/javascript, and none is ever read from data.

/** @type {Record<string, any>} */
export const NEURONS = {};
