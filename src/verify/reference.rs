//! What a test is called: the delivery reference of its label and the order number of its
//! return, by which people and this tool know it again.

/// What every reference begins with.
const MARK: &str = "RECONCILE-";

/// Returns the reference of a retailer's test; `unique` tells it from the others.
pub(crate) fn reference(slug: &str, unique: &str) -> String {
    format!("{MARK}{slug}-{unique}")
}

/// Returns whether an order is a test of this tool, of whatever machine and however the file
/// was called then.
pub(crate) fn is_reference(order: &str) -> bool {
    order.starts_with(MARK)
}
