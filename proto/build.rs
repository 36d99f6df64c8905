//! Generates the code of the contract. No protoc is needed: protox reads the files.

use std::path::PathBuf;
use std::{env, fs};

use prost::Message;
use prost_types::FileDescriptorSet;

const FILES: &[&str] = &[
    "cloudsite/audit/v1/audit_service.proto",
    "cloudsite/change/v1/types.proto",
    "cloudsite/change/v1/operation_service.proto",
    "cloudsite/change/v1/upload_service.proto",
    "cloudsite/change/v1/changeset_service.proto",
    "cloudsite/identity/v1/types.proto",
    "cloudsite/identity/v1/identity_service.proto",
    "cloudsite/land/v1/types.proto",
    "cloudsite/land/v1/park_service.proto",
    "cloudsite/land/v1/parcel_service.proto",
    "cloudsite/land/v1/import_service.proto",
    "cloudsite/land/v1/revision_service.proto",
    "cloudsite/meeting/v1/types.proto",
    "cloudsite/meeting/v1/meeting_service.proto",
    "cloudsite/meeting/v1/conference_service.proto",
    "cloudsite/meeting/v1/recording_service.proto",
    "cloudsite/scene/v1/scene.proto",
    "cloudsite/siting/v1/types.proto",
    "cloudsite/siting/v1/fit.proto",
    "cloudsite/siting/v1/floor.proto",
    "cloudsite/siting/v1/route.proto",
    "cloudsite/siting/v1/siting_service.proto",
    "cloudsite/siting/v1/brief_service.proto",
    "cloudsite/siting/v1/demand_service.proto",
    "cloudsite/siting/v1/dossier_service.proto",
    "cloudsite/tile/v1/tileset.proto",
    "cloudsite/tile/v1/vector_tile.proto",
];

/// The methods whose server gives replies as bytes, [`Encoded`](src/encoded.rs): what is read most.
const ENCODED: [(&str, &str); 4] = [
    ("ParcelService", "GetParcel"),
    ("ParcelService", "ListParcels"),
    ("ParkService", "ListFeatures"),
    ("ParkService", "Watch"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=cloudsite");
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    let feature = |name: &str| env::var_os(format!("CARGO_FEATURE_{name}")).is_some();
    if feature("SERVER") {
        servers(descriptors.clone(), out.join("servers"))?;
    }
    tonic_prost_build::configure()
        .build_client(feature("CLIENT"))
        .build_server(false)
        .build_transport(false)
        .bytes(".cloudsite.land.v1")
        .bytes(".cloudsite.change.v1")
        .compile_fds(descriptors)?;
    Ok(())
}

/// Generates the servers by themselves: some of them reply with another type than clients get.
fn servers(mut descriptors: FileDescriptorSet, out: PathBuf) -> Result<(), Box<dyn std::error::Error>> {
    fs::create_dir_all(&out)?;
    let mut config = tonic_prost_build::configure().build_client(false).build_transport(false).out_dir(out);
    for package in ["audit", "change", "identity", "land", "meeting", "scene", "siting", "tile"] {
        config = config.extern_path(format!(".cloudsite.{package}.v1"), format!("crate::{package}"));
    }
    for service in descriptors.file.iter_mut().flat_map(|file| &mut file.service) {
        let name = service.name().to_owned();
        for method in &mut service.method {
            if ENCODED.contains(&(&name, method.name())) {
                let reply = method.output_type().rsplit('.').next().unwrap_or_default().to_owned();
                let stand_in = format!(".cloudsite.encoded.{reply}");
                config = config.extern_path(&stand_in, format!("crate::Encoded<crate::land::{reply}>"));
                method.output_type = Some(stand_in);
            }
        }
    }
    config.compile_fds(descriptors)?;
    Ok(())
}
