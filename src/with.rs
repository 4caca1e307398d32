//! Owns: the method `with`, by which callers outside the crate set fields of settings that may gain
//! fields later. Never: a setting.

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
