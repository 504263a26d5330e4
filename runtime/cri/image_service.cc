#include "runtime/cri/image_service.h"

#include "runtime/cri/codes.h"

namespace podrun::cri {

grpc::Status ImageService::ListImages(grpc::ServerContext*, const api::ListImagesRequest* request,
                                      api::ListImagesResponse* response) {
  const auto images = list_images(backend_, request->filter());
  if (!images) return to_status(images);
  for (const api::Image& image : *images) *response->add_images() = image;
  return grpc::Status::OK;
}

grpc::Status ImageService::StreamImages(grpc::ServerContext*, const api::StreamImagesRequest* request,
                                        grpc::ServerWriter<api::StreamImagesResponse>* writer) {
  const auto images = list_images(backend_, request->filter());
  if (!images) return to_status(images);
  for (const api::Image& image : *images) {
    api::StreamImagesResponse one;
    *one.add_images() = image;
    if (!writer->Write(one)) break;  // the client has gone
  }
  return grpc::Status::OK;
}

grpc::Status ImageService::ImageStatus(grpc::ServerContext*, const api::ImageStatusRequest* request,
                                       api::ImageStatusResponse* response) {
  const auto image = find_image(backend_, request->image().image());
  if (!image) return to_status(image);
  if (*image) *response->mutable_image() = **image;
  return grpc::Status::OK;
}

grpc::Status ImageService::PullImage(grpc::ServerContext* context, const api::PullImageRequest* request,
                                     api::PullImageResponse* response) {
  const auto id = pulls_.pull(*request, [context] { return context->IsCancelled(); });
  if (id) response->set_image_ref(*id);
  return to_status(id);
}

grpc::Status ImageService::RemoveImage(grpc::ServerContext*, const api::RemoveImageRequest* request,
                                       api::RemoveImageResponse*) {
  return to_status(remove_image(backend_, request->image().image()));
}

grpc::Status ImageService::ImageFsInfo(grpc::ServerContext*, const api::ImageFsInfoRequest*,
                                       api::ImageFsInfoResponse* response) {
  const auto usage = image_disk(backend_);
  if (!usage) return to_status(usage);
  *response->add_image_filesystems() = *usage;
  *response->add_container_filesystems() = *usage;
  return grpc::Status::OK;
}

}  // namespace podrun::cri
