//! The reference of a test: the delivery reference of its label and the order number of its
//! return, by which people and this tool recognize it.

/// The prefix of every reference.
const MARK: &str = "RECONCILE-";

/// Returns the reference of a retailer's test; `unique` distinguishes it from others.
pub(crate) fn reference(slug: &str, unique: &str) -> String {
    format!("{MARK}{slug}-{unique}")
}

/// Returns whether an order number is a test of this tool, from any machine and for any
/// name of the file.
pub(crate) fn is_reference(order: &str) -> bool {
    order.get(..MARK.len()).is_some_and(|start| start.eq_ignore_ascii_case(MARK))
}
