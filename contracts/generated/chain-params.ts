// Written by scripts/contracts.ts.
const abi = [
    {"inputs":[{"internalType":"address","name":"caller","type":"address"}],"name":"OnlyGovernance","type":"error"},
    {"inputs":[{"internalType":"bytes32","name":"key","type":"bytes32"},{"internalType":"uint256","name":"value","type":"uint256"},{"internalType":"uint256","name":"least","type":"uint256"},{"internalType":"uint256","name":"most","type":"uint256"}],"name":"OutOfBounds","type":"error"},
    {"inputs":[{"internalType":"bytes32","name":"key","type":"bytes32"}],"name":"UnknownParameter","type":"error"},
    {"anonymous":false,"inputs":[{"indexed":true,"internalType":"bytes32","name":"key","type":"bytes32"},{"indexed":false,"internalType":"uint256","name":"before","type":"uint256"},{"indexed":false,"internalType":"uint256","name":"value","type":"uint256"}],"name":"ParameterSet","type":"event"},
    {"inputs":[{"internalType":"bytes32","name":"key","type":"bytes32"}],"name":"bounds","outputs":[{"internalType":"uint256","name":"least","type":"uint256"},{"internalType":"uint256","name":"most","type":"uint256"}],"stateMutability":"view","type":"function"},
    {"inputs":[{"internalType":"bytes32","name":"key","type":"bytes32"}],"name":"get","outputs":[{"internalType":"uint256","name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
    {"inputs":[{"internalType":"bytes32","name":"key","type":"bytes32"},{"internalType":"uint256","name":"value","type":"uint256"}],"name":"set","outputs":[],"stateMutability":"nonpayable","type":"function"},
] as const

export const chainParamsContract = { address: '0x0000000000000000000000000000000000000620', abi } as const

export const chainParams = {
  contractName: 'ChainParams',
  address: '0x0000000000000000000000000000000000000620',
  abi,
  deployedBytecode: '0x608060405234801561000f575f5ffd5b506004361061003f575f3560e01c806308fd46be14610043578063273f4940146100705780638eaa6ac014610085575b5f5ffd5b6100566100513660046101ea565b6100a6565b604080519283526020830191909152015b60405180910390f35b61008361007e366004610201565b6100c8565b005b6100986100933660046101ea565b61019f565b604051908152602001610067565b5f5f5f6100b2846101b0565b9050806001015481600201549250925050915091565b33610626148015906100dc57503361062114155b156101015760405163ab1e998f60e01b81523360048201526024015b60405180910390fd5b5f61010b836101b0565b60018101546002820154919250908184108061012657508084115b1561015c576040516313a5e3a360e31b8152600481018690526024810185905260448101839052606481018290526084016100f8565b8254604080519182526020820186905286917f0a7e89c5c2abbeecebfa6c000066595bdd560a4e590d5b51bfb1360704c388d1910160405180910390a250505550565b5f6101a9826101b0565b5492915050565b5f818152602081905260409020600381015460ff166101e557604051634c69569560e01b8152600481018390526024016100f8565b919050565b5f602082840312156101fa575f5ffd5b5035919050565b5f5f60408385031215610212575f5ffd5b5050803592602090910135915056',
} as const
