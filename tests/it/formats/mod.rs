//! Owns: what a report says in the formats of other programs and for a browser, on findings made by
//! hand. Never: runs a scan or a gate.

mod evidence;
mod gate;
mod hostile;
mod html;
mod places;
mod says;
