//! A macro for enums whose variants have a key.

/// Defines an enum of words: each variant has a key in files, plans and JSON. The enum gets
/// `ALL`, and `key`, which returns a variant's key. With `as "words"` after each key it also
/// gets `words`, which returns a variant in words for people.
macro_rules! keyed {
    (
        $(#[$attribute:meta])*
        $vis:vis enum $name:ident {
            $($(#[$about:meta])* $variant:ident = $key:literal as $words:literal,)+
        }
    ) => {
        $crate::model::keyed! {
            $(#[$attribute])*
            $vis enum $name {
                $($(#[$about])* $variant = $key,)+
            }
        }

        impl $name {
            /// Returns it in words.
            $vis const fn words(self) -> &'static str {
                match self {
                    $($name::$variant => $words,)+
                }
            }
        }
    };
    (
        $(#[$attribute:meta])*
        $vis:vis enum $name:ident {
            $($(#[$about:meta])* $variant:ident = $key:literal,)+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $($(#[$about])* #[serde(rename = $key)] $variant,)+
        }

        // Not every enum needs both.
        #[allow(dead_code)]
        impl $name {
            /// All of them, in order.
            $vis const ALL: [$name; [$($key),+].len()] = [$($name::$variant),+];

            /// Returns the key.
            $vis const fn key(self) -> &'static str {
                match self {
                    $($name::$variant => $key,)+
                }
            }
        }
    };
}

pub(crate) use keyed;
