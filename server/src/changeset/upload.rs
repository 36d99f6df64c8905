//! Files on their way: begun, sent in pieces, looked at, imported; and the mappings of their columns.

use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use cloudsite_domain::changeset::LONGEST_TITLE;
use cloudsite_domain::record::Layer;
use cloudsite_proto::change as wire;
use cloudsite_proto::land::ImportFileHeader;
use cloudsite_store::imports::{Mapping, NewOperation, NewUpload, Upload, UploadId, UploadLimits};
use jiff::SignedDuration;
use prost::Message;

use super::operations::operation_to_wire;
use super::{Api, Caller, convert, in_the_way, parse};
use crate::grpc::{Refusal, layer_to_wire};
use crate::import::service::read_options;
use crate::import::{self, Format, ImportOptions, MOST_FILE_BYTES, Preview, fields, fields_for, preview, propose};

/// The largest piece of a file, bytes.
pub(crate) const MOST_CHUNK_BYTES: usize = 1024 * 1024;

/// How long an upload is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How much is kept at a time: 4 GiB, which is eight of the largest files.
const LIMITS: UploadLimits = UploadLimits { uploads: 64, bytes: 4 * 1024 * 1024 * 1024 };

/// Imports that wait or run; each takes seconds.
const MOST_WAITING: usize = 16;

/// How a file is to be read, as an import by its header.
pub(super) fn header(file_name: &str, options: wire::ImportOptions) -> ImportFileHeader {
    let wire::ImportOptions { layer, crs, source_layer, mapping, encoding, swap_axes, datum } = options;
    let (file_name, author) = (file_name.to_owned(), String::new());
    ImportFileHeader { file_name, layer, crs, source_layer, mapping, author, encoding, swap_axes, datum }
}

impl Api {
    pub(crate) fn create_upload(
        &self,
        caller: &Caller,
        request: wire::CreateUploadRequest,
    ) -> Result<wire::CreateUploadResponse, Refusal> {
        let file_name = parse::text("file_name", &request.file_name, 1, 255)?;
        if Format::of_file(&file_name).is_none_or(|format| format == Format::Shapefile) {
            return Err(Refusal::field("file_name", format!("it must end in {}", Format::ENDINGS)));
        }
        if !(1..=MOST_FILE_BYTES).contains(&request.size_bytes) {
            return Err(Refusal::field("size_bytes", format!("it must be 1 to {MOST_FILE_BYTES}")));
        }
        self.sweep()?;
        let new = NewUpload {
            owner: caller.person.key.clone(),
            file_name,
            size_bytes: request.size_bytes,
            expires_at: self.now().saturating_add(KEPT).unwrap_or(jiff::Timestamp::MAX),
            request: caller.request(&request.request_id)?,
        };
        let upload = self.store().create_upload(&new, LIMITS)?;
        Ok(wire::CreateUploadResponse { upload: Some(self.upload_to_wire(&upload)?) })
    }

    /// Forgets uploads whose time is over, and bytes that belong to none.
    pub(super) fn sweep(&self) -> Result<(), Refusal> {
        let kept = self.store().sweep_uploads(self.now())?;
        if let Err(error) = self.0.uploads.keep_only(&kept) {
            tracing::warn!(%error, "uploads that are over stay behind");
        }
        Ok(())
    }

    fn own_upload(&self, caller: &Caller, field: &str, name: &str) -> Result<Upload, Refusal> {
        let id = UploadId(parse::number_in("uploads", field, name)?);
        let upload = self.store().upload(id)?.filter(|upload| upload.owner == caller.person.key);
        upload.ok_or_else(|| Refusal::NotFound { kind: "upload", name: name.to_owned() })
    }

    /// An upload of which every byte is here.
    fn whole_upload(&self, caller: &Caller, field: &str, name: &str) -> Result<Upload, Refusal> {
        let upload = self.own_upload(caller, field, name)?;
        let received = self.0.uploads.received(upload.id)?;
        if received < upload.size_bytes {
            let message = format!("{received} of {} bytes are here", upload.size_bytes);
            return Err(in_the_way("UPLOAD_INCOMPLETE", message));
        }
        Ok(upload)
    }

    fn upload_to_wire(&self, upload: &Upload) -> Result<wire::Upload, Refusal> {
        Ok(wire::Upload {
            name: format!("uploads/{}", upload.id.0),
            file_name: upload.file_name.clone(),
            size_bytes: upload.size_bytes,
            received_bytes: self.0.uploads.received(upload.id)?,
            expires_at: Some(convert::time(upload.expires_at)),
        })
    }

    pub(crate) fn upload_chunk(
        &self,
        caller: &Caller,
        request: wire::UploadChunkRequest,
    ) -> Result<wire::UploadChunkResponse, Refusal> {
        if !(1..=MOST_CHUNK_BYTES).contains(&request.data.len()) {
            return Err(Refusal::field("data", format!("it must have 1 to {MOST_CHUNK_BYTES} bytes")));
        }
        let upload = self.own_upload(caller, "name", &request.name)?;
        self.0.uploads.keep(upload.id, upload.size_bytes, request.offset, &request.data)?;
        Ok(wire::UploadChunkResponse { upload: Some(self.upload_to_wire(&upload)?) })
    }

    pub(crate) fn get_upload(
        &self,
        caller: &Caller,
        request: wire::GetUploadRequest,
    ) -> Result<wire::GetUploadResponse, Refusal> {
        let upload = self.own_upload(caller, "name", &request.name)?;
        Ok(wire::GetUploadResponse { upload: Some(self.upload_to_wire(&upload)?) })
    }

    pub(crate) fn delete_upload(
        &self,
        caller: &Caller,
        request: wire::DeleteUploadRequest,
    ) -> Result<wire::DeleteUploadResponse, Refusal> {
        let upload = self.own_upload(caller, "name", &request.name)?;
        if !self.store().delete_upload(upload.id)? {
            return Err(in_the_way("STATE", "an import waits for it".to_owned()));
        }
        self.0.uploads.remove(upload.id);
        Ok(wire::DeleteUploadResponse {})
    }

    pub(crate) fn preview_upload(
        &self,
        caller: &Caller,
        request: wire::PreviewUploadRequest,
    ) -> Result<wire::PreviewUploadResponse, Refusal> {
        let _place = self.large()?;
        let upload = self.whole_upload(caller, "name", &request.name)?;
        let options = wire::ImportOptions { mapping: HashMap::new(), ..request.options.unwrap_or_default() };
        let (format, options) = read_options(header(&upload.file_name, options), "options")?;
        let found = preview(&self.0.uploads.path(upload.id), format, &options);
        let layer = options.layer.unwrap_or(Layer::Parcel);
        let columns: Vec<String> = found.columns.iter().map(|column| column.name.clone()).collect();
        let kept = self.store().mappings(Some(layer))?.into_iter().find(|mapping| mapping.columns == columns);
        let mapping_kept = kept.is_some();
        let known = fields_for(layer, format);
        let mapping = kept.map_or_else(|| propose(&known, &columns), |kept| kept.mapping);
        Ok(wire::PreviewUploadResponse { mapping_kept, ..previewed(found, layer, &known, mapping) })
    }

    pub(crate) fn start_import(
        &self,
        caller: &Caller,
        request: wire::StartImportRequest,
    ) -> Result<wire::StartImportResponse, Refusal> {
        let upload = self.whole_upload(caller, "upload", &request.upload)?;
        read_options(header(&upload.file_name, request.options.clone().unwrap_or_default()), "options")?;
        parse::text("title", &request.title, 0, LONGEST_TITLE)?;
        if !request.changeset.is_empty() {
            self.open("changeset", &request.changeset, "")?.edited(&caller.person, self.now())?;
        }
        let new = NewOperation {
            owner: caller.person.clone(),
            organisation: caller.actor.organisation.clone(),
            upload: upload.id,
            file_name: upload.file_name,
            plan: STANDARD_NO_PAD.encode(request.encode_to_vec()),
            at: self.now(),
            request: caller.request(&request.request_id)?,
        };
        let operation = self.store().start_operation(&new, MOST_WAITING)?;
        Ok(wire::StartImportResponse { operation: Some(operation_to_wire(&operation, None)) })
    }

    pub(crate) fn list_mappings(
        &self,
        _: &Caller,
        request: wire::ListMappingsRequest,
    ) -> Result<wire::ListMappingsResponse, Refusal> {
        let kept = self.store().mappings(parse::any_layer("layer", request.layer)?)?;
        Ok(wire::ListMappingsResponse { mappings: kept.into_iter().map(mapping_to_wire).collect() })
    }

    pub(crate) fn delete_mapping(
        &self,
        _: &Caller,
        request: wire::DeleteMappingRequest,
    ) -> Result<wire::DeleteMappingResponse, Refusal> {
        if !self.store().delete_mapping(parse::number_in("mappings", "name", &request.name)?)? {
            return Err(Refusal::NotFound { kind: "mapping", name: request.name });
        }
        Ok(wire::DeleteMappingResponse {})
    }
}

fn mapping_to_wire(kept: Mapping) -> wire::Mapping {
    wire::Mapping {
        name: format!("mappings/{}", kept.id),
        layer: layer_to_wire(kept.layer).into(),
        columns: kept.columns,
        mapping: kept.mapping.into_iter().collect(),
        used_at: Some(convert::time(kept.used_at)),
    }
}

fn previewed(
    found: Preview,
    layer: Layer,
    known: &[&'static str],
    mapping: BTreeMap<String, String>,
) -> wire::PreviewUploadResponse {
    let field_of: BTreeMap<&str, &str> =
        mapping.iter().map(|(field, column)| (column.as_str(), field.as_str())).collect();
    let columns = found.columns.into_iter().map(|column| wire::Column {
        field: field_of.get(column.name.as_str()).copied().unwrap_or_default().to_owned(),
        name: column.name,
        samples: column.samples,
        filled: column.filled,
    });
    let fields = known
        .iter()
        .map(|name| wire::Field { name: (*name).to_owned(), required: fields::required(layer).contains(name) });
    wire::PreviewUploadResponse {
        source_layers: found.source_layers,
        columns: columns.collect(),
        feature_count: found.features,
        crs: found.crs.map(|crs| crs.to_string()).unwrap_or_default(),
        unknown_crs: found.unknown_crs.unwrap_or_default(),
        encoding: found.encoding.map(|encoding| encoding.name().to_owned()).unwrap_or_default(),
        fields: fields.collect(),
        mapping: mapping.into_iter().collect(),
        mapping_kept: false,
        problems: found.problems.iter().map(convert::file_problem).collect(),
    }
}

/// What an operation is to do, as its plan says.
pub(super) struct Plan {
    pub(super) request: wire::StartImportRequest,
    pub(super) format: Format,
    pub(super) options: ImportOptions,
}

impl Plan {
    /// Reads a plan that [`Api::start_import`] wrote.
    pub(super) fn read(plan: &str, file_name: &str) -> Result<Self, import::Refusal> {
        let unreadable = || import::ImportProblem::of_file("operation.plan", "it was started by another program");
        let bytes = STANDARD_NO_PAD.decode(plan).map_err(|_| unreadable())?;
        let request = wire::StartImportRequest::decode(bytes.as_slice()).map_err(|_| unreadable())?;
        let header = header(file_name, request.options.clone().unwrap_or_default());
        let (format, options) = read_options(header, "options").map_err(|_| unreadable())?;
        Ok(Self { request, format, options })
    }
}
