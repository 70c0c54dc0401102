// The versions of the site that stand beside this one, the newest first; docs/versions.py writes it anew for each.
const VERSIONS = [];
