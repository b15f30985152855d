//! Formats values as output. Renderers decide nothing but what is shown where, and only they know
//! colours.

mod alerts;
pub(crate) mod apply;
pub(crate) mod attest;
pub(crate) mod board;
mod causes;
pub(crate) mod codequality;
mod columns;
pub(crate) mod commonmark;
pub(crate) mod diagnostics;
pub(crate) mod doctor;
pub(crate) mod drift;
mod entry;
pub(crate) mod explain;
pub(crate) mod github;
pub(crate) mod handoff;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod inert;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod people;
pub(crate) mod rollback;
pub(crate) mod sandbox;
pub(crate) mod sarif;
pub(crate) mod status;
pub(crate) mod style;
#[cfg(test)]
mod tests;
pub(crate) mod text;
pub(crate) mod unified;
pub(crate) mod uploads;
pub(crate) mod validation;
pub(crate) mod verify;
pub(crate) mod wording;
pub(crate) mod wrap;
