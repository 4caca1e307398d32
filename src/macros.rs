//! Owns: what settings and named enums have in common, as macros: the method `with`, and `Display`.
//! Never: a setting, a name.

/// Gives settings the method `with`.
macro_rules! impl_with {
    ($name:ident $(<$life:lifetime>)?) => {
        impl $(<$life>)? $name $(<$life>)? {
            /// These settings after a change: the settings can gain fields, so they cannot be
            /// written as a struct expression outside the crate.
            #[must_use]
            pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
                change(&mut self);
                self
            }
        }
    };
}

/// Displays enums by their method `name`.
macro_rules! impl_display {
    ($($name:ident),*) => {
        $(impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        })*
    };
}
