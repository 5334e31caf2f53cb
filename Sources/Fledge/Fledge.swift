@_exported import FledgeGeneration
@_exported import FledgeHub
@_exported import FledgeModels
@_exported import FledgeNN
@_exported import FledgeTemplates
@_exported import FledgeTensor
@_exported import FledgeTokenizers
