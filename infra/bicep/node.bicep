// One kind of node: edges, or cores.
param name string
param location string
param environmentId string
param identityId string
param identityClientId string
param image string
param registryServer string
param tableEndpoint string

@allowed(['Edge', 'Core'])
param role string

@description('Whether clients reach it from outside.')
param external bool

param allowedOrigins string[]
param membershipProfile string
param minReplicas int
param maxReplicas int
param socketsPerReplica int

resource node 'Microsoft.App/containerApps@2024-03-01' = {
  name: name
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    managedEnvironmentId: environmentId
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        external: external
        targetPort: 8080
        // HTTP/1.1 upgrades pass through. No sticky sessions: any client may get any edge.
        transport: 'http'
        allowInsecure: false
      }
      registries: empty(registryServer) ? [] : [
        {
          server: registryServer
          identity: identityId
        }
      ]
    }
    template: {
      // Above the host's own 30 s, in which the sockets drain.
      terminationGracePeriodSeconds: 45
      containers: [
        {
          name: 'node'
          image: image
          resources: {
            cpu: json('1.0')
            memory: '2Gi'
          }
          env: concat([
            { name: 'Clustering__Provider', value: 'AzureTables' }
            { name: 'Storage__Provider', value: 'AzureTables' }
            { name: 'AzureTables__Endpoint', value: tableEndpoint }
            // Which of the identities asks.
            { name: 'AZURE_CLIENT_ID', value: identityClientId }
            { name: 'Membership__Profile', value: membershipProfile }
            { name: 'Node__Role', value: role }
            { name: 'Node__Region', value: location }
            // Until the ingress knows that this replica leaves.
            { name: 'Edge__DrainDelay', value: '00:00:05' }
          ], map(range(0, length(allowedOrigins)), index => { name: 'Edge__AllowedOrigins__${index}', value: allowedOrigins[index] }))
          probes: [
            {
              type: 'Startup'
              httpGet: { path: '/health/ready', port: 8080 }
              periodSeconds: 3
              failureThreshold: 10
            }
            {
              type: 'Readiness'
              httpGet: { path: '/health/ready', port: 8080 }
              periodSeconds: 2
              failureThreshold: 2
            }
            {
              type: 'Liveness'
              httpGet: { path: '/health/live', port: 8080 }
              periodSeconds: 10
              timeoutSeconds: 5
              failureThreshold: 3
            }
          ]
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        rules: minReplicas == maxReplicas ? [] : [
          {
            name: 'sockets'
            http: {
              metadata: {
                concurrentRequests: string(socketsPerReplica)
              }
            }
          }
        ]
      }
    }
  }
}

output host string = node.properties.configuration.ingress.fqdn
