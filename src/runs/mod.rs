//! Run records: what machines have to agree on.

pub(crate) mod journal;
