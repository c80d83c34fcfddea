module sandbox.tools/vault-1.21

go 1.26

tool github.com/hashicorp/vault

require github.com/hashicorp/vault v1.21.0

replace (
	github.com/99designs/keyring => github.com/Jeffail/keyring v1.2.3
	github.com/ma314smith/signedxml v1.1.1 => github.com/moov-io/signedxml v1.1.1
	github.com/pires/go-proxyproto => github.com/pires/go-proxyproto v0.8.0
)
