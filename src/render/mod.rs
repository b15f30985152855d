//! Shows values to people and programs. Pure: text goes into the writer that comes in.

pub mod diagnostics;
