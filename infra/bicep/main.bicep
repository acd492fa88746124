// OrleansSockets on Azure Container Apps: edges that hold client sockets, cores that hold sessions, and a storage account that both reach by a managed identity. No secrets.
targetScope = 'resourceGroup'

@description('Where all of it is.')
param location string = resourceGroup().location

@description('What the names of the resources start with.')
@minLength(3)
@maxLength(16)
param name string = 'orleanssockets'

@description('The image of a node, as infra/Dockerfile makes it.')
param image string

@description('The server of a private registry, from which the identity pulls (it needs AcrPull there). Empty: a public one.')
param registryServer string = ''

@description('Origins whose pages may open sockets, such as https://example.com.')
param allowedOrigins string[] = []

@description('How soon a lost node is noticed.')
@allowed(['Balanced', 'Fast', 'Orleans'])
param membershipProfile string = 'Balanced'

@description('The fewest edges.')
@minValue(2)
param minEdges int = 2

@description('The most edges.')
@maxValue(100)
param maxEdges int = 10

@description('Cores. They are not scaled by themselves: a session moves only when its node goes.')
@minValue(2)
param cores int = 2

@description('Sockets of one edge above which another edge is started.')
@minValue(1)
param socketsPerEdge int = 5000

// Azure's own role: reads, writes and deletes entities of tables.
var storageTableDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3')

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-nodes'
  location: location
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: take('${toLower(replace(name, '-', ''))}${uniqueString(resourceGroup().id)}', 24)
  location: location
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    // The nodes' identity alone has access.
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource tableAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, identity.id, storageTableDataContributor)
  scope: storage
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: storageTableDataContributor
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${name}-logs'
  location: location
  properties: {
    retentionInDays: 30
    sku: {
      name: 'PerGB2018'
    }
  }
}

resource environment 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: name
  location: location
  properties: {
    // By Azure's own way, which needs no key.
    appLogsConfiguration: {
      destination: 'azure-monitor'
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: environment
  properties: {
    workspaceId: logs.id
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

module edge 'node.bicep' = {
  name: 'edge'
  params: {
    name: '${name}-edge'
    location: location
    environmentId: environment.id
    identityId: identity.id
    identityClientId: identity.properties.clientId
    image: image
    registryServer: registryServer
    tableEndpoint: storage.properties.primaryEndpoints.table
    role: 'Edge'
    external: true
    allowedOrigins: allowedOrigins
    membershipProfile: membershipProfile
    minReplicas: minEdges
    maxReplicas: maxEdges
    socketsPerReplica: socketsPerEdge
  }
  dependsOn: [tableAccess]
}

module core 'node.bicep' = {
  name: 'core'
  params: {
    name: '${name}-core'
    location: location
    environmentId: environment.id
    identityId: identity.id
    identityClientId: identity.properties.clientId
    image: image
    registryServer: registryServer
    tableEndpoint: storage.properties.primaryEndpoints.table
    role: 'Core'
    external: false
    allowedOrigins: allowedOrigins
    membershipProfile: membershipProfile
    minReplicas: cores
    maxReplicas: cores
    socketsPerReplica: socketsPerEdge
  }
  dependsOn: [tableAccess]
}

@description('Where clients connect.')
output address string = 'https://${edge.outputs.host}'
