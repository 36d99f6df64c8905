//! Generates the code of the contract. No protoc is needed: protox reads the files.

use std::path::PathBuf;
use std::{env, fs};

use prost::Message;

const FILES: [&str; 11] = [
    "cloudsite/audit/v1/audit_service.proto",
    "cloudsite/identity/v1/types.proto",
    "cloudsite/identity/v1/identity_service.proto",
    "cloudsite/land/v1/types.proto",
    "cloudsite/land/v1/park_service.proto",
    "cloudsite/land/v1/parcel_service.proto",
    "cloudsite/land/v1/import_service.proto",
    "cloudsite/land/v1/revision_service.proto",
    "cloudsite/scene/v1/scene.proto",
    "cloudsite/tile/v1/tileset.proto",
    "cloudsite/tile/v1/vector_tile.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=cloudsite");
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    let feature = |name: &str| env::var_os(format!("CARGO_FEATURE_{name}")).is_some();
    tonic_prost_build::configure()
        .build_client(feature("CLIENT"))
        .build_server(feature("SERVER"))
        .build_transport(false)
        .bytes(".cloudsite.land.v1")
        .compile_fds(descriptors)?;
    Ok(())
}
