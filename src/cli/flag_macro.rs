//! Owns: how a struct of settings becomes flags, and keys of nearcopy.toml. Never: knows a setting.

/// Defines a struct of optional settings: flags for clap, keys for serde. With `for Target`, the
/// method `apply` writes the values that are set to a `Target`, and a field of `Target` without a
/// flag is a compile error.
macro_rules! flags {
    ($name:ident { $( $(#[$meta:meta])* $field:ident : $type:ty, )* }) => {
        #[derive(Debug, Clone, Default, clap::Args, Serialize, Deserialize)]
        #[serde(default, rename_all = "kebab-case")]
        pub struct $name {
            $( $(#[$meta])* #[arg(long)] #[serde(skip_serializing_if =
                "Option::is_none")] pub $field: Option<$type>, )*
        }

        impl $name {
            /// These settings; where one is not set, that of `other`.
            pub fn or(self, other: $name) -> $name {
                $name { $( $field: self.$field.or(other.$field), )* }
            }
        }
    };
    ($name:ident for $target:ident { $( $(#[$meta:meta])* $field:ident : $type:ty, )* }) => {
        flags!($name { $( $(#[$meta])* $field : $type, )* });

        impl $name {
            /// Applies the settings that are set, and leaves the others unchanged.
            pub fn apply(&self, to: &mut $target) {
                // A field without a flag is found by a test.
                let $target { $( $field, )* .. } = to;
                $( if let Some(value) = &self.$field {
                    $crate::cli::flag_macro::set($field, value);
                } )*
            }
        }
    };
}

pub(super) use flags;

/// A type that a setting can be assigned to.
pub trait OverrideWith<T> {
    /// The new content of a field for which this value was given.
    fn given(value: &T) -> Self;
}

impl<T: Clone> OverrideWith<T> for T {
    fn given(value: &T) -> T {
        value.clone()
    }
}

impl<T: Clone> OverrideWith<T> for Option<T> {
    fn given(value: &T) -> Option<T> {
        Some(value.clone())
    }
}

/// Assigns a value to a field of its type, or to an optional one.
pub fn set<T, V: OverrideWith<T>>(field: &mut V, value: &T) {
    *field = V::given(value);
}
