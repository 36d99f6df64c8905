//! The page around the park, as the browser starts it.

fn main() {
    cloudsite_page::run();
}
