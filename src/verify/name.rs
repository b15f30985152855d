//! Whether a retailer's name can be sent in a header.

use crate::model::{Advice, Retailer, name};

/// Returns what is wrong with a name that the header of an upload cannot carry.
pub(crate) fn unsendable(retailer: &Retailer) -> Option<Advice> {
    let c = name::not_sendable(&retailer.name)?;
    Some(Advice::new(
        format!(
            "the name of {} has `{}` (U+{:04X}), which the header of an upload cannot carry",
            retailer.name,
            c.escape_debug(),
            u32::from(c)
        ),
        name::SETTLE_SENDING,
    ))
}
