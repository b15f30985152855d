//! Whether a retailer's name can be sent.

use crate::identity::Fault;
use crate::model::Retailer;

/// Refuses a name that the header of an upload cannot carry.
///
/// HTTP takes the bytes of Latin-1 in a header's value (RFC 9110, section 5.5), and that is
/// all that most clients send.
pub(crate) fn carried(retailer: &Retailer) -> Result<(), Fault> {
    let cannot = |c: &char| c.is_control() || u32::from(*c) > 0xff;
    match retailer.name.chars().find(cannot) {
        None => Ok(()),
        Some(c) => Err(Fault::new(
            format!(
                "the name of {} has `{}` (U+{:04X}), which the header of an upload cannot carry",
                retailer.name,
                c.escape_debug(),
                u32::from(c)
            ),
            "have SEKO change the name in OmniRPS before the partner uploads returns under it",
        )),
    }
}
