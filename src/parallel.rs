//! Work on all cores: a list is cut into as many parts as there are.

use std::thread;

/// Below this many items a thread costs more than it saves: starting one takes as long as
/// reading a few files.
const ITEMS_MIN: usize = 64;

/// Returns what a function makes of each item, in the order of the items.
pub(crate) fn map<'a, T: Sync, U: Send>(
    items: &'a [T],
    make: impl Fn(&'a T) -> U + Sync,
) -> Vec<U> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    if threads == 1 || items.len() < ITEMS_MIN {
        return items.iter().map(make).collect();
    }
    thread::scope(|scope| {
        let make = &make;
        let parts = items.chunks(items.len().div_ceil(threads));
        let running: Vec<_> = parts
            .map(|part| scope.spawn(move || part.iter().map(make).collect::<Vec<U>>()))
            .collect();
        let mut made = Vec::with_capacity(items.len());
        for thread in running {
            made.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        made
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_is_kept() {
        for count in [0, 1, super::ITEMS_MIN, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(super::map(&items, |item| *item), items);
        }
    }
}
