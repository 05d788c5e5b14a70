# One image for all services: MODULES says which part of the system a container is.

FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /src

# Packages have a layer of their own, which only a change of these files makes anew.
COPY .editorconfig Directory.Build.props Directory.Build.targets Directory.Packages.props global.json ./
COPY BuildingBlocks/Directory.Build.props BuildingBlocks/
COPY BuildingBlocks/Contracts/Contracts.csproj BuildingBlocks/Contracts/
COPY BuildingBlocks/Core/Core.csproj BuildingBlocks/Core/
COPY BuildingBlocks/Messaging/Messaging.csproj BuildingBlocks/Messaging/
COPY BuildingBlocks/Persistence/Persistence.csproj BuildingBlocks/Persistence/
COPY BuildingBlocks/Web/Web.csproj BuildingBlocks/Web/
COPY BuildingBlocks/Operations/Operations.csproj BuildingBlocks/Operations/
COPY BuildingBlocks/Hosting/Hosting.csproj BuildingBlocks/Hosting/
COPY Modules/Order/Order.csproj Modules/Order/
COPY Modules/Inventory/Inventory.csproj Modules/Inventory/
COPY Modules/Payment/Payment.csproj Modules/Payment/
COPY Modules/Notification/Notification.csproj Modules/Notification/
COPY Host/Host.csproj Host/
RUN dotnet restore Host/Host.csproj -a $TARGETARCH -p:WithoutCompiler=true -p:PublishReadyToRun=true

COPY BuildingBlocks/ BuildingBlocks/
COPY Modules/ Modules/
COPY Host/ Host/

RUN dotnet publish Host/Host.csproj --no-restore -c Release -a $TARGETARCH --no-self-contained -o /app -p:WithoutCompiler=true -p:PublishReadyToRun=true \
      -p:UseAppHost=false -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false \
 && mkdir /imports

# No shell, no package manager, and a user of its own (app, 1654).
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
ARG VERSION=0.0.0-local
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="Fulfillment" \
      org.opencontainers.image.description="Event-driven order fulfillment: Order, Inventory, Payment and Notification in one image" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE"
# What a service says of itself; the sources are not there to be asked.
ENV Build__Version=$VERSION Build__Commit=$REVISION
WORKDIR /app
COPY --from=build /app ./
# A volume that is mounted here belongs to the user of the process.
COPY --from=build --chown=1654:1654 /imports /imports
USER 1654
EXPOSE 8080
ENTRYPOINT ["dotnet", "Host.dll"]
