//! The navigable park: a Bevy application, native and in the browser.
//!
//! Vector tiles come in through [`tiles`], [`mesh`] makes vertices of them and [`draw`] puts those on the screen;
//! [`camera`], [`pick`] and [`select`] are what a person does there, and [`scene`] is how page and viewer talk. What
//! differs between a native window, a native process without one and a browser is in [`platform`] and nowhere else.

pub mod app;
pub mod camera;
pub mod compare;
pub mod draw;
pub mod massing;
pub mod mesh;
pub mod options;
pub mod overlay;
pub mod people;
pub mod pick;
pub mod platform;
pub mod probe;
pub mod quality;
pub mod scene;
pub mod select;
pub mod tiles;
