global using TUnit.Assertions;
global using TUnit.Assertions.Extensions;
global using TUnit.Core;
